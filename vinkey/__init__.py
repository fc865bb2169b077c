"""The frame: settings, URLs, the embedded servers, `serve`. Names every app, holds no rule."""
