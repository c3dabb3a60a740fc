from hypothesis import settings

# A busy machine must not fail a test that is about arithmetic.
settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
