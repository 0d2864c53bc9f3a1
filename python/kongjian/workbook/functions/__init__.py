"""The worksheet functions: what Excel gives, what they compute, what their help says."""
