"""The page of the sandbox: a chat to use a bot in, in the browser.

`static/` is what the browser gets: plain modules, no build step, nothing from elsewhere. What it
knows comes by `stream` and the control API, so the page can do nothing that a member could not,
except behind the inspector.
"""
