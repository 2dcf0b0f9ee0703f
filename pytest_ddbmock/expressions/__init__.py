"""Expression texts to checked trees to functions; knows no table but gets the names of keys."""
