"""The execution layer: people, places, types, items, gates, blockers, proof, holds, history."""
