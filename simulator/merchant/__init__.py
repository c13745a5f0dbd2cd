"""The stand-in's Merchant Fulfillment (Buy Shipping) and the orders that it buys shipping for."""
