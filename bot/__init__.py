"""The way of a request, stage by stage.

/imagine -> admission -> job queue -> dispatcher -> engine -> delivery
cogs/       admission.py storage/   dispatcher.py  imaging/  delivery.py

A cog translates what Discord says into values, admission decides, the queue keeps, the dispatcher
feeds the one executor thread, delivery answers the member. `wiring.py` alone constructs things.

Imports go down only: __main__ -> wiring -> studio -> cogs | client | storage | imaging | sandbox |
config -> stage services -> ports -> model. `discord` is imported in cogs/ and client.py, torch in
imaging/sdxl/, SQL in storage/, the environment in config/settings.py. A test holds this.
"""
