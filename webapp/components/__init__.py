"""Gradio components that our own ES modules fill."""
