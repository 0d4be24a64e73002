"""The screen, made with Textual. It shows what the conversation says and decides nothing."""
