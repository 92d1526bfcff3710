"""Screens of login and 社員, a file each."""
