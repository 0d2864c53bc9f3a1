@echo off
setlocal DisableDelayedExpansion
title kongjian
if not exist "%~dp0runtime\python.exe" goto incomplete
"%~dp0runtime\python.exe" -B -m kongjian.entry.setup.bundle.on_site install
set "CODE=%ERRORLEVEL%"
if "%CODE%"=="0" goto end
if "%CODE%"=="1" goto end
if "%CODE%"=="2" goto end
chcp 936 >nul
echo 没有启动成功：要 64 位的 Windows 10 或更新的版本；单位的安全策略也可能不许运行。请把本窗口拍下来发给技术人员。
goto end
:incomplete
chcp 936 >nul
echo 文件不全：请先把整个文件夹解压或复制出来，再双击其中的“安装.cmd”。
set "CODE=2"
:end
if /i not "%~1"=="/q" pause
exit /b %CODE%
