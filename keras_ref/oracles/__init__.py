"""References outside Keras: scikit-learn."""
