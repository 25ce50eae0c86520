"""Drawing: one thread (engine, executor), the pipelines (sdxl), the picture files (png)."""
