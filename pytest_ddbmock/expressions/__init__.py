"""Expression text to checked tree to closure; knows no table but is told key names."""
