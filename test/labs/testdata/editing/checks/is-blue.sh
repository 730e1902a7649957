grep -q "colour: blue" shop.yaml
