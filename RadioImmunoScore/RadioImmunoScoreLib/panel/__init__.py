"""The panel: a session that knows the scene, and widgets that know the session."""
