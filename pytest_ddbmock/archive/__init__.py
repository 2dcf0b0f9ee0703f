"""Tables leaving and entering the engine whole."""
