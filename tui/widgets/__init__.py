"""The widgets of the terminal UI, one a module. Each draws plain data and posts typed messages; none asks the
knowledge base anything."""
