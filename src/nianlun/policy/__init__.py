"""What the law orders, as dated tables and formulas with their derivation. No Django."""
