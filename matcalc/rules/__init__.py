"""The mathematics: one family of rules a file, each derived in the chapter of that name."""
