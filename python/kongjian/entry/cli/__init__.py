"""The command `kongjian`: thin verbs over what the buttons do, too."""
