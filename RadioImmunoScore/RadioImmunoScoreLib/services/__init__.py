"""What panel and console both do: functions over the scene and the science, without a widget."""
