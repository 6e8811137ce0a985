"""The panel's sections: a file each, over its own widgets of the .ui file."""
