"""Amazon's Selling Partner API: operations (pure), client, authorization, pacing."""
