"""What pages are shown, from what the library holds."""
