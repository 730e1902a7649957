# Writes what nginx-configuration.awk has read as functions of the shell.

# Text that the shell takes as it is.
function shell(text) { gsub(/'/, "'\\''", text); return "'" text "'" }

# Text in which variables of nginx are filled in.
function quoted(text,   result, name, c, at) {
  result = ""
  for (at = 1; at <= length(text); at++) {
    c = substr(text, at, 1)
    if (c == "$" && match(substr(text, at), /^\$(\{[a-z0-9_]+\}|[a-z0-9_]+)/)) {
      name = substr(text, at + 1, RLENGTH - 1); at += RLENGTH - 1
      gsub(/[{}]/, "", name)
      if (name !~ /^(http_[a-z0-9_]+|arg_[a-z0-9_]+|cookie_[a-z0-9_]+)$/ && !is_variable[name]) emerg("unknown \"" name "\" variable", where)
      if (name ~ /^(arg|cookie)_/) emerg("the variable \"" name "\" is not played by Lectern's stand-in", where)
      if (name == "request_uri") name = "target"
      if (name == "query_string") name = "args"
      if (name == "document_uri") name = "uri"
      if (name == "request_method") name = "method"
      if (name == "server_protocol") name = "protocol"
      if (name == "server_port") name = "PORT"
      if (name == "is_args") result = result "${args:+?}"
      else if (name ~ /^(request_time|upstream_response_time)$/) result = result "0.000"
      else result = result "${" name "}"
    } else if (c ~ /["\\`$]/) result = result "\\" c
    else result = result c
  }
  return "\"" result "\""
}

function valued(owner, name) {
  for (; owner != ""; owner = parent[owner]) if ((owner, name) in values) return values[owner, name]
  return ""
}

function write(   at, s, port, n, list, all, total, ports_of, first) {
  if (failed) return
  for (at = 1; at <= servers; at++) {
    s = "s" at
    if (ports[s] == "") ports[s] = " 80"
    total = split(ports[s], ports_of, " ")
    for (n = 1; n <= total; n++) {
      port = ports_of[n]
      if (!(port in first)) { first[port] = s; all = all " " port }
    }
  }
  write_choice(first, all)
  print "locate() {\n  alias= alias_for= return_status= return_text= is_denied=\n  locate_$server_id\n}"
  print "matches() { printf %s \"$uri\" | grep -q \"$@\"; }"
  print "add_header() {\n  case $3/${return_status:-200} in always/* | */20[0146] | */30[123478]) extra=\"$extra$1: $2$CR$NL\" ;; esac\n}"
  for (at = 1; at <= servers; at++) write_server("s" at)
  for (at = 1; at <= locations; at++) write_values("l" at)
  write_formats()
  print "set_values() { values_$place; }"
  print "error_page_of() { errors_$place \"$1\"; }"
  print "#" all
}

function write_choice(first, all,   at, s, total, names_of, n, port, exact, wild, rest, ports_of, count, p) {
  for (at = 1; at <= servers; at++) {
    s = "s" at
    total = split(server_names[s], names_of, " ")
    count = split(ports[s], ports_of, " ")
    for (p = 1; p <= count; p++) for (n = 1; n <= total; n++) {
      port = ports_of[p]
      if (names_of[n] ~ /^\*\./) wild = wild "  " port "/*" shell(substr(names_of[n], 2)) ") server_id=" s " ;;\n"
      else if (names_of[n] ~ /\.\*$/) wild = wild "  " port "/" shell(substr(names_of[n], 1, length(names_of[n]) - 1)) "*) server_id=" s " ;;\n"
      else exact = exact "  " port "/" shell(names_of[n]) ") server_id=" s " ;;\n"
    }
  }
  count = split(all, ports_of, " ")
  for (p = 1; p <= count; p++) { port = ports_of[p]; rest = rest "  " port "/*) server_id=" (port in default_of ? default_of[port] : first[port]) " ;;\n" }
  print "choose_server() {\n  case $PORT/$host in\n" exact wild rest "  esac\n  place=$server_id\n  name_$server_id\n  set_values\n}"
}

function write_server(s,   list, total, at, name, other, exact, prefixes, patterns, names_of) {
  total = split(members[s], list, " ")
  for (at = 1; at <= total; at++) for (other = at + 1; other <= total; other++) if (length(paths[list[other]]) > length(paths[list[at]]) && kinds[list[at]] !~ /^~/ && kinds[list[other]] !~ /^~/) { name = list[at]; list[at] = list[other]; list[other] = name }
  for (at = 1; at <= total; at++) {
    name = list[at]
    if (kinds[name] == "=") exact = exact "  " shell(paths[name]) ") place=" name " && return ;;\n"
    else if (kinds[name] !~ /^~/) prefixes = prefixes "  " shell(paths[name]) "*) place=" name (kinds[name] == "^~" ? " && return" : "") " ;;\n"
  }
  total = split(members[s], list, " ")
  for (at = 1; at <= total; at++) if (kinds[list[at]] ~ /^~/) patterns = patterns "  if matches -E" (kinds[list[at]] == "~*" ? "i" : "") " -e " shell(paths[list[at]]) "; then place=" list[at] " && return; fi\n"
  split(server_names[s], names_of, " ")
  print "name_" s "() { server_name=" shell(names_of[1]) "; }"
  print "locate_" s "() {\n  place=" s
  if ((s, "return") in values) print "  return"
  print (exact == "" ? "" : "  case $uri in\n" exact "  esac\n") (prefixes == "" ? "" : "  case $uri in\n" prefixes "  esac\n") patterns "  :\n}"
  write_values(s)
}

function write_values(owner,   value, names_of, n, total, variable) {
  print "values_" owner "() {\n  root=/etc/nginx/html index=index.html autoindex=off default_type=text/plain charset= access_log=on is_denied= return_status= try_files="
  total = split("root index autoindex default_type charset access_log", names_of, " ")
  for (n = 1; n <= total; n++) { value = valued(owner, names_of[n]); if (value != "") print "  " names_of[n] "=" value }
  value = valued(owner, "deny"); if (value != "") print "  is_denied=" value
  if ((owner, "return") in values) print "  return_status=" values[owner, "return"]
  if ((owner, "try_files") in values) print "  try_files=" values[owner, "try_files"]
  if ((owner, "alias") in values) print "  alias=" values[owner, "alias"] " alias_for=" shell(paths[owner])
  printf "%s", valued(owner, "add_header")
  print "  :\n}\nerrors_" owner "() {\n  error_uri= error_status=\n  case $1 in\n" valued(owner, "error_page") "  esac\n}"
}

function write_formats(   name) {
  print "format_log() {\n  case $log_format in"
  for (name in formats) print "  " shell(name) ") printf '%s\\n' " quoted(formats[name]) " ;;"
  print "  esac\n}"
}
