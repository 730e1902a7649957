# Reads a configuration of nginx and writes it as functions of the shell: choose_server, locate, set_values, error_page_of,
# format_log. The last line is a comment with the ports. What is wrong is written as one line that begins with "emerg".

BEGIN {
  split("root alias index autoindex default_type charset access_log try_files return error_page add_header allow deny", names)
  for (n in names) is_played[names[n]] = 1
  # They change nothing of what a client of a small server sees.
  quiet = "user worker_processes worker_connections worker_rlimit_nofile worker_cpu_affinity worker_shutdown_timeout multi_accept use accept_mutex" \
    " error_log pid lock_file daemon master_process pcre_jit sendfile sendfile_max_chunk tcp_nopush tcp_nodelay aio directio" \
    " keepalive_timeout keepalive_requests keepalive_time send_timeout client_body_timeout client_header_timeout client_max_body_size" \
    " client_body_buffer_size client_header_buffer_size large_client_header_buffers client_body_temp_path server_tokens" \
    " reset_timedout_connection types_hash_max_size types_hash_bucket_size server_names_hash_bucket_size server_names_hash_max_size" \
    " variables_hash_max_size variables_hash_bucket_size open_file_cache open_file_cache_valid open_file_cache_min_uses" \
    " open_file_cache_errors log_not_found log_subrequest etag if_modified_since merge_slashes gzip gzip_types gzip_min_length gzip_vary" \
    " gzip_comp_level gzip_proxied gzip_disable gzip_buffers gzip_http_version gzip_static proxy_temp_path fastcgi_temp_path" \
    " uwsgi_temp_path scgi_temp_path output_buffers postpone_output server_name_in_redirect port_in_redirect absolute_redirect"
  split(quiet, names, " ")
  for (n in names) is_quiet[names[n]] = 1
  refused = "proxy_pass rewrite if set map upstream fastcgi_pass uwsgi_pass scgi_pass grpc_pass auth_basic auth_basic_user_file" \
    " auth_request limit_req limit_req_zone limit_conn limit_conn_zone limit_rate ssl_certificate ssl_certificate_key ssl_protocols" \
    " ssl_ciphers ssl_session_cache stub_status stream mail geo split_clients resolver sub_filter expires internal mirror" \
    " proxy_set_header proxy_http_version proxy_redirect proxy_read_timeout proxy_connect_timeout proxy_cache proxy_buffering" \
    " fastcgi_param fastcgi_index load_module env real_ip_header set_real_ip_from satisfy limit_except error_log_format http2 js_import" \
    " break valid_referers random_index dav_methods image_filter perl secure_link slice referer_hash_max_size proxy_cache_path" \
    " fastcgi_split_path_info add_trailer secure_link_secret userid charset_map disable_symlinks recursive_error_pages"
  split(refused, names, " ")
  for (n in names) is_refused[names[n]] = 1
  allowed = "host uri document_uri request_uri args query_string is_args hostname remote_addr remote_port remote_user server_name" \
    " server_port request_method scheme request status body_bytes_sent bytes_sent time_local time_iso8601 request_time" \
    " request_length msec pid connection server_protocol server_addr nginx_version upstream_response_time connection_requests"
  split(allowed, names, " ")
  for (n in names) is_variable[names[n]] = 1
  depth = 0; context[0] = "main"; id[0] = "main"; servers = 0; locations = 0
  formats["combined"] = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\""
  read_text(globals, "command line")
  read_file(main)
  if (!has_events) emerg("no \"events\" section in configuration", "")
  write()
}

function emerg(text, where) {
  print "emerg " text (where == "" ? "" : " in " where)
  failed = 1
  exit
}

function read_file(path,   text, line, status) {
  text = ""
  if (++nesting > 20) emerg("too many includes", path)
  while ((status = (getline line < path)) > 0) text = text line "\n"
  if (status < 0) emerg("open() \"" path "\" failed (2: No such file or directory)", included_at)
  close(path)
  read_text(text, path)
  nesting--
}

# Words are gathered until `;` ends a directive or a brace begins or ends a block.
function read_text(text, path,   at, c, word, has_word, quote, line, begin, words, count, start_depth) {
  count = 0; word = ""; has_word = 0; quote = ""; line = 1; start_depth = depth
  for (at = 1; at <= length(text); at++) {
    c = substr(text, at, 1)
    if (c == "\n") line++
    if (quote != "") {
      if (c == "\\" && substr(text, at + 1, 1) ~ /["'\\tnr]/) { at++; c = substr(text, at, 1); word = word (c == "n" ? "\n" : c == "t" ? "\t" : c == "r" ? "\r" : c) }
      else if (c == quote) quote = ""
      else word = word c
      continue
    }
    if (c == "#" && !has_word) { while (at < length(text) && substr(text, at + 1, 1) != "\n") at++; continue }
    if ((c == "\"" || c == "'") && !has_word) { quote = c; has_word = 1; continue }
    if (c == "\\" && has_word) { word = word c substr(text, ++at, 1); continue }
    if (c == "$" && substr(text, at + 1, 1) == "{") { has_word = 1; while (c != "}" && at < length(text)) { word = word c; c = substr(text, ++at, 1) } word = word c; continue }
    if (c ~ /[ \t\r\n;{}]/) {
      if (has_word) { words[++count] = word; word = ""; has_word = 0 }
      where = path ":" line
      if (c == ";") {
        if (count == 0) emerg("unexpected \";\"", where)
        directive(words, count, 0); count = 0
      } else if (c == "{") {
        if (count == 0) emerg("unexpected \"{\"", where)
        directive(words, count, 1); count = 0
      } else if (c == "}") {
        if (count > 0) emerg("unexpected \"}\"", where)
        if (depth <= start_depth) emerg("unexpected \"}\"", where)
        depth--
      }
      continue
    }
    has_word = 1; word = word c
  }
  where = path ":" line
  if (count > 0 || has_word) { if (path == "command line") emerg("unexpected end of parameter, expecting \";\"", "command line"); emerg("unexpected end of file, expecting \";\" or \"}\"", where) }
  if (depth > start_depth) emerg("unexpected end of file, expecting \"}\"", where)
}

function open_block(kind, name) { depth++; context[depth] = kind; id[depth] = name }

function directive(words, count, is_block,   name, at, kind, files, file, command) {
  name = words[1]; kind = context[depth]
  if (kind == "types") return
  if (name == "events" || name == "http" || name == "server" || name == "location" || name == "types") {
    if (!is_block) emerg("directive \"" name "\" has no opening \"{\"", where)
    if (((name == "events" || name == "http") && kind != "main") || (name == "server" && kind != "http") || (name == "location" && kind != "server" && kind != "location") || (name == "types" && kind !~ /^(http|server|location)$/)) emerg("\"" name "\" directive is not allowed here", where)
    if (name == "events") has_events = 1
    if (name == "location") { add_location(words, count); return }
    if (name == "server") { servers++; parent["s" servers] = "http"; open_block("server", "s" servers); return }
    open_block(name, name)
    return
  }
  if (name == "include") {
    if (is_block || count != 2) emerg("invalid number of arguments in \"include\" directive", where)
    file = words[2] ~ /^\// ? words[2] : "/etc/nginx/" words[2]
    included_at = where
    if (file !~ /[*?\[]/) { read_file(file); return }
    gsub(/'/, "'\\''", file)
    command = "for file in $(dirname '" file "')/$(basename '" file "'); do [ ! -f \"$file\" ] || echo \"$file\"; done"
    files = ""
    while ((command | getline file) > 0) files = files file "\n"
    close(command)
    at = split(files, found_files, "\n")
    include_all(files)
    return
  }
  if (is_refused[name]) emerg("directive \"" name "\" is not played by Lectern's stand-in", where)
  if (is_block) emerg((is_played[name] || is_quiet[name]) ? "directive \"" name "\" is not terminated by \";\"" : "unknown directive \"" name "\"", where)
  if (is_quiet[name]) return
  if (name == "log_format") {
    if (count < 3) emerg("invalid number of arguments in \"log_format\" directive", where)
    formats[words[2]] = ""
    for (at = 3; at <= count; at++) if (words[at] !~ /^escape=/) formats[words[2]] = formats[words[2]] words[at]
    quoted(formats[words[2]])
    return
  }
  if (name == "listen" || name == "server_name") {
    if (kind != "server") emerg("\"" name "\" directive is not allowed here", where)
    if (count < 2) emerg("invalid number of arguments in \"" name "\" directive", where)
    if (name == "listen") add_port(words, count)
    else for (at = 2; at <= count; at++) {
      if (words[at] ~ /^~/) emerg("a server_name with a pattern is not played by Lectern's stand-in", where)
      server_names[id[depth]] = server_names[id[depth]] " " words[at]
    }
    return
  }
  if (!is_played[name]) emerg("unknown directive \"" name "\"", where)
  if (kind == "main" || kind == "events" || (name == "alias" && kind != "location") || ((name == "return" || name == "try_files") && kind == "http")) emerg("\"" name "\" directive is not allowed here", where)
  set_value(id[depth], name, words, count)
}

function include_all(files,   list, total, at) {
  total = split(files, list, "\n")
  for (at = 1; at <= total; at++) if (list[at] != "") read_file(list[at])
}

function add_port(words, count,   text, port, at) {
  text = words[2]
  for (at = 3; at <= count; at++) {
    if (words[at] ~ /^(ssl|quic|http2|proxy_protocol)$/) emerg("\"" words[at] "\" of the \"listen\" directive is not played by Lectern's stand-in", where)
    if (words[at] ~ /^default(_server)?$/) is_default = 1
  }
  port = text
  if (text ~ /^\[.*\]$/) port = 80
  else if (text ~ /:[0-9]+$/) sub(/.*:/, "", port)
  else if (text !~ /^[0-9]+$/) port = 80
  if (text ~ /^unix:/ || (text !~ /^[0-9]+$/ && text !~ /^(\*|0\.0\.0\.0|\[::\])(:[0-9]+)?$/)) emerg("\"listen " text "\" is not played by Lectern's stand-in, which listens on every address", where)
  port = port + 0
  if (port < 1 || port > 65535) emerg("invalid port in \"" text "\" of the \"listen\" directive", where)
  if (index(ports[id[depth]] " ", " " port " ") == 0) ports[id[depth]] = ports[id[depth]] " " port
  if (is_default) default_of[port] = id[depth]
  is_default = 0
}

function add_location(words, count,   kind, path, server, name) {
  if (context[depth] == "location") emerg("a location within another is not played by Lectern's stand-in", where)
  if (count < 2 || count > 3) emerg("invalid number of arguments in \"location\" directive", where)
  kind = count == 3 ? words[2] : ""; path = words[count]
  if (count == 2 && match(path, /^(=|\^~|~\*|~)/)) { kind = substr(path, 1, RLENGTH); path = substr(path, RLENGTH + 1) }
  if (kind !~ /^(|=|\^~|~|~\*)$/) emerg("invalid location modifier \"" kind "\"", where)
  if (path ~ /^@/) emerg("a named location is not played by Lectern's stand-in", where)
  if (kind ~ /^~/ && path ~ /\(\?|\\[dDwWsSbB]|[*+?]\?/) emerg("the pattern \"" path "\" is not played by Lectern's stand-in", where)
  server = id[depth]
  if ((server, kind == "^~" ? "" : kind, path) in taken) emerg("duplicate location \"" path "\"", where)
  taken[server, kind == "^~" ? "" : kind, path] = 1
  name = "l" (++locations)
  parent[name] = server; kinds[name] = kind; paths[name] = path
  members[server] = members[server] " " name
  open_block("location", name)
}

function set_value(owner, name, words, count,   at, text) {
  if (count < 2) emerg("invalid number of arguments in \"" name "\" directive", where)
  if (name ~ /^(root|alias|autoindex|default_type|charset)$/ && count != 2) emerg("invalid number of arguments in \"" name "\" directive", where)
  if (name ~ /^(root|alias|autoindex|default_type|charset)$/ && (owner, name) in values) emerg("\"" name "\" directive is duplicate", where)
  if (name ~ /^(root|alias)$/ && words[2] ~ /\$/) emerg("a variable in \"" name "\" is not played by Lectern's stand-in", where)
  if (name == "autoindex" && words[2] !~ /^(on|off)$/) emerg("invalid value \"" words[2] "\" in \"autoindex\" directive, it must be \"on\" or \"off\"", where)
  if (name == "root" || name == "alias") { text = words[2]; if (text !~ /^\//) text = "/etc/nginx/" text; if (name == "root") sub(/\/+$/, "", text); values[owner, name] = shell(text); return }
  if (name == "allow" || name == "deny") {
    if (words[2] != "all") emerg("\"" name "\" of an address is not played by Lectern's stand-in", where)
    if (!((owner, "deny") in values)) values[owner, "deny"] = name == "deny" ? "1" : "''"
    return
  }
  if (name == "return") { if (!((owner, name) in values)) set_return(owner, words, count); return }
  if (name == "add_header") { if (count < 3) emerg("invalid number of arguments in \"add_header\" directive", where); values[owner, name] = values[owner, name] "  add_header " quoted(words[2]) " " quoted(words[3]) " " (words[4] == "always" ? "always" : "''") "\n"; return }
  if (name == "error_page") { set_error_page(owner, words, count); return }
  if (name == "access_log") {
    if (words[2] == "off") values[owner, name] = "off"
    else {
      text = count > 2 ? words[3] : "combined"
      if (text ~ /^(buffer|flush|gzip|if)=?/) text = "combined"
      if (!(text in formats)) emerg("unknown log format \"" text "\"", where)
      values[owner, name] = "on log_format=" shell(text)
    }
    return
  }
  text = ""
  for (at = 2; at <= count; at++) text = text (at > 2 ? (name == "try_files" ? "\n" : " ") : "") words[at]
  values[owner, name] = name == "try_files" ? quoted(text) : shell(text)
}

function set_return(owner, words, count,   status, text) {
  status = words[2]; text = words[3]
  if (count == 2 && status ~ /^(https?:\/\/|\$scheme)/) { text = status; status = 302 }
  if (status !~ /^[0-9][0-9]?[0-9]?$/) emerg("invalid return code \"" status "\"", where)
  values[owner, "return"] = status " return_text=" quoted(text)
}

function set_error_page(owner, words, count,   at, status) {
  status = ""
  if (count > 3 && words[count - 1] ~ /^=/) { status = substr(words[count - 1], 2); if (status == "") emerg("error_page with \"=\" alone is not played by Lectern's stand-in", where); count--; words[count] = words[count + 1] }
  if (words[count] ~ /^@/) emerg("a named location is not played by Lectern's stand-in", where)
  for (at = 2; at < count; at++) {
    if (words[at] !~ /^[345][0-9][0-9]$/) emerg("invalid value \"" words[at] "\"", where)
    values[owner, "error_page"] = values[owner, "error_page"] "    " words[at] ") error_uri=" quoted(words[count]) " error_status=" shell(status) " ;;\n"
  }
}
