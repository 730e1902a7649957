# HTTP/1.1 for the stand-ins: a process for each connection, which is its input and output; descriptor 3 is the container's output.

# Seconds a client has for a line of its request, and between two requests.
LINE_SECONDS=60
IDLE_SECONDS=65
# Characters of a line, lines of a request, and bytes of a body: the first is the original's, the others bound the work.
MAX_LINE=8192
MAX_HEADERS=100
MAX_BODY=1048576
CR=$(printf '\r')
NL='
'

# Listens on each port given and starts PROGRAM for each connection; sets `listeners`. Fails, with `refused_port` and `refused_why`, where it cannot.
listen_on() { # PROGRAM PORT...
  program=$1
  shift
  listeners=
  for listen_port in "$@"; do
    if is_listening "$listen_port"; then
      refused_port=$listen_port refused_why='98: Address in use'
      return 1
    fi
    # The number of l is how many connections may wait to be taken.
    PORT=$listen_port nc -llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll \
      -p "$listen_port" -e "$program" 3>&1 4>&2 2>/dev/null &
    listener=$!
    until is_listening "$listen_port"; do
      if ! kill -0 "$listener" 2>/dev/null; then
        refused_port=$listen_port refused_why='13: Permission denied'
        return 1
      fi
      usleep 5000
    done
    listeners="$listeners $listener"
  done
}

is_listening() { # PORT
  awk -v port="$(printf '%04X' "$1")" '$4 == "0A" && $2 ~ (":" port "$") { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# The ports are free when it returns.
stop_listening() {
  for listener in $listeners; do
    kill "$listener" 2>/dev/null
    wait "$listener" 2>/dev/null
  done
  listeners=
}

# Sets `remote_addr` and `remote_port` from the kernel's table of connections, by the number of the socket.
find_peer() {
  remote_addr=- remote_port=0
  socket=$(readlink /proc/self/fd/0)
  socket=${socket#socket:[}
  peer=$(awk -v socket="${socket%]}" '$10 == socket { print $3; exit }' /proc/net/tcp6 /proc/net/tcp 2>/dev/null)
  [ -n "$peer" ] || return 0
  remote_port=$((0x${peer#*:}))
  peer=${peer%:*}
  case $peer in
  0000000000000000FFFF0000????????) peer=${peer:24} ;;
  00000000000000000000000001000000) remote_addr=::1 && return ;;
  esac
  if [ ${#peer} -eq 8 ]; then
    remote_addr=$((0x${peer:6:2})).$((0x${peer:4:2})).$((0x${peer:2:2})).$((0x${peer:0:2}))
  else
    remote_addr=$(echo "$peer" | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3:\2\1:/g; s/:$//; s/.*/\L&/')
  fi
}

read_line() { # SECONDS
  IFS= read -r -t "$1" -n $((MAX_LINE + 1)) line || return 1
  line=${line%"$CR"}
}

# Reads the head of a request. Fails at the end of the connection; sets `bad` to the status of what cannot be answered.
read_request() {
  bad= http_names= method= target= protocol= request=
  for name in $header_names; do unset "http_$name"; done
  header_names= http_host= http_connection= http_content_length=
  read_line "$1" || return 1
  [ -n "$line" ] || read_line "$LINE_SECONDS" || return 1
  request=$line
  [ ${#line} -le "$MAX_LINE" ] || { bad=414 && return; }
  case $line in
  *' '*' '*' '* | ' '*) bad=400 && return ;;
  *' /'*' HTTP/1.0' | *' /'*' HTTP/1.1' | *' http://'*' HTTP/1.'[01]) ;;
  *' HTTP/'[02-9]*) bad=505 && return ;;
  *) bad=400 && return ;;
  esac
  method=${line%% *} protocol=${line##* }
  target=${line#* }
  target=${target% *}
  case $method in '' | *[!A-Z_-]*) bad=400 && return ;; esac
  read_headers || return 1
  case $target in
  http://*)
    target=${target#http://}
    http_host=${target%%/*}
    target=/${target#*/}
    ;;
  esac
  [ -n "$http_host" ] || [ "$protocol" = HTTP/1.0 ] || bad=400
}

read_headers() {
  count=0
  while :; do
    read_line "$LINE_SECONDS" || return 1
    [ -n "$line" ] || return 0
    count=$((count + 1))
    if [ ${#line} -gt "$MAX_LINE" ] || [ "$count" -gt "$MAX_HEADERS" ]; then
      bad=400
      return 0
    fi
    name=${line%%:*} value=${line#*:}
    case $name in '' | "$line" | *[!A-Za-z0-9-]*) continue ;; esac
    # The shell changes no case by itself; names that come in small letters need no other process.
    case $name in *[A-Z]*) name=$(echo "$name" | tr A-Z a-z) ;; esac
    name=$(echo "$name" | tr - _)
    while :; do case $value in ' '*) value=${value# } ;; *' ') value=${value% } ;; *) break ;; esac; done
    header_names="$header_names $name"
    eval "http_$name=\$value"
  done
}

# Takes the body away, so that the client reads the answer, and into `body` where `keeps_body` is set (but for bytes of zero, which no
# variable holds); sets `is_last` where no further request can follow.
skip_body() {
  is_last= body=
  case $http_content_length in
  '' | 0) ;;
  *[!0-9]* | ????????*) is_last=1 ;;
  *)
    if [ "$http_content_length" -gt "$MAX_BODY" ]; then is_last=1
    elif [ -n "$keeps_body" ]; then
      body=$(timeout 10 head -c "$http_content_length" && echo x) || is_last=1
      body=${body%x}
    else timeout 10 head -c "$http_content_length" >/dev/null || is_last=1
    fi
    ;;
  esac
  [ -z "$http_transfer_encoding" ] || is_last=1
  case $protocol/$http_connection in
  */[cC]lose | HTTP/1.0/ | HTTP/1.0/[!kK]*) is_last=1 ;;
  esac
  [ -z "$bad" ] || is_last=1
}

# Calls `answer` for each request of the connection.
serve_connection() {
  exec 2>&4
  find_peer
  hostname=$(hostname)
  seconds=$LINE_SECONDS
  while read_request "$seconds"; do
    skip_body
    answer
    [ -z "$is_last" ] || break
    seconds=$IDLE_SECONDS
  done
}

reason_of() {
  case $1 in
  200) reason=OK ;; 201) reason=Created ;; 204) reason='No Content' ;;
  301) reason='Moved Permanently' ;; 302) reason=Found ;; 303) reason='See Other' ;; 304) reason='Not Modified' ;;
  307) reason='Temporary Redirect' ;; 308) reason='Permanent Redirect' ;;
  400) reason='Bad Request' ;; 401) reason=Unauthorized ;; 403) reason=Forbidden ;; 404) reason='Not Found' ;;
  405) reason="${not_allowed:-Method Not Allowed}" ;; 410) reason=Gone ;; 414) reason='URI Too Long' ;;
  418) reason="I'm a teapot" ;; 429) reason='Too Many Requests' ;;
  500) reason='Internal Server Error' ;; 502) reason='Bad Gateway' ;; 503) reason='Service Unavailable' ;;
  504) reason='Gateway Timeout' ;; 505) reason='HTTP Version Not Supported' ;;
  *) reason=Unknown ;;
  esac
}

# `extra` holds further header lines; `server` the name of the server.
send_head() { # STATUS TYPE LENGTH
  reason_of "$1"
  head="HTTP/1.1 $1 $reason$CR$NL"
  [ -z "$server" ] || head="${head}Server: $server$CR$NL"
  head="${head}Date: $(date -u '+%a, %d %b %Y %H:%M:%S GMT')$CR$NL"
  [ -z "$2" ] || head="${head}Content-Type: $2$CR$NL"
  [ -z "$3" ] || head="${head}Content-Length: $3$CR$NL"
  if [ -n "$is_last" ]; then head="${head}Connection: close$CR$NL"
  else head="${head}Connection: keep-alive$CR$NL"
  fi
  printf '%s%s\r\n' "$head" "$extra"
}

# Sets `body_bytes_sent` and `status`.
send_text() { # STATUS TYPE TEXT
  status=$1
  # Bytes are counted, and the shell counts characters.
  body_bytes_sent=$(printf %s "$3" | wc -c)
  send_head "$1" "$2" "$body_bytes_sent"
  if [ "$method" = HEAD ]; then body_bytes_sent=0; else printf %s "$3"; fi
}

send_file() { # STATUS TYPE FILE BYTES
  status=$1 body_bytes_sent=$4
  send_head "$1" "$2" "$4"
  if [ "$method" = HEAD ]; then body_bytes_sent=0; else head -c "$4" "$3"; fi
}

# Sets `uri` to the path of the target, decoded and without `.` and `..`, and `args`. Fails where it leads out of the root.
normalise_target() {
  target=${target%%#*}
  uri=${target%%\?*} args=
  case $target in *\?*) args=${target#*\?} ;; esac
  case $uri in
  *%00* | *%[!0-9A-Fa-f]* | *%?[!0-9A-Fa-f]* | *% | *%?) return 1 ;;
  *%*)
    uri=$(httpd -d "$(echo "$uri" | sed 's/+/%2B/g')" && echo x)
    uri=${uri%x}
    ;;
  esac
  case $uri in */. | */..) uri=$uri/ ;; *//* | */./* | */../*) ;; *) return 0 ;; esac
  rest=${uri#/} uri=
  while [ -n "$rest" ]; do
    part=${rest%%/*}
    case $rest in */*) rest=${rest#*/} slash=/ ;; *) rest= slash= ;; esac
    case $part in
    '' | .) ;;
    ..) [ -n "$uri" ] || return 1; uri=${uri%/*} ;;
    *) uri=$uri/$part; [ -n "$slash" ] || return 0 ;;
    esac
  done
  uri=$uri/
}

type_of() { # FILE
  case $1 in
  *.html | *.htm) type=text/html ;; *.css) type=text/css ;; *.xml) type=text/xml ;; *.txt) type=text/plain ;;
  *.js | *.mjs) type=${javascript:-application/javascript} ;; *.json) type=application/json ;;
  *.gif) type=image/gif ;; *.png) type=image/png ;; *.jpg | *.jpeg) type=image/jpeg ;; *.svg) type=image/svg+xml ;;
  *.ico) type=image/x-icon ;; *.webp) type=image/webp ;; *.woff) type=font/woff ;; *.woff2) type=font/woff2 ;;
  *.pdf) type=application/pdf ;; *.zip) type=application/zip ;; *.wasm) type=application/wasm ;;
  *) type=$default_type ;;
  esac
}

# Text of a client as logs hold it: nothing in it can look like another line or move a terminal's cursor.
escape_for_log() { # TEXT
  escaped=$1
  case $1 in
  *[!\ -~]* | *\"* | *\\*)
    escaped=$(printf %s "$1" | LC_ALL=C awk '
      BEGIN { for (code = 0; code < 256; code++) hex[sprintf("%c", code)] = sprintf("\\x%02X", code) }
      { if (NR > 1) printf "\\x0A"
        for (at = 1; at <= length($0); at++) { c = substr($0, at, 1); printf "%s", (c ~ /[ -~]/ && c != "\"" && c != "\\") ? c : hex[c] } }')
    ;;
  esac
}
