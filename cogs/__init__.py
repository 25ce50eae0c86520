"""Everything that speaks Discord: a cog translates, it does not decide."""
