"""How a prompt gets into the pipeline."""

from diffusers import StableDiffusionXLPipeline

from bot.model.recipe import Recipe


def tokens(pipeline: StableDiffusionXLPipeline, prompt: str) -> int:
    """How many tokens a prompt is, the start and the end marks not counted."""
    return len(pipeline.tokenizer(prompt, add_special_tokens=False, verbose=False).input_ids)


def encoder_for(pipeline: StableDiffusionXLPipeline, recipe: Recipe) -> str:
    """How the recipe's prompts are encoded, saying so where not all of their tokens are read."""
    room = pipeline.tokenizer.model_max_length - 2
    longest = max(tokens(pipeline, recipe.prompt), tokens(pipeline, recipe.negative_prompt))
    return "stock" if longest <= room else f"stock, the first {room} of {longest} tokens"
