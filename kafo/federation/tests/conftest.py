"""The engine is tested on a toy domain, with settings of its own: pytest kafo/federation."""
