echo x >> attempts
[ "$(wc -l < attempts)" -ge 3 ] || exit 1
