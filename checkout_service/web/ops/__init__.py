"""For load balancers and monitors."""
