/**
 * A line of busybox's shell that answers on port 8090: `/ws` goes on as a WebSocket and says hello, `/to?PLACE` leads there, and what else is asked
 * for is not found.
 */
export const ODD_SERVER = `cat >/tmp/odd <<'END'
read -r method target version
while read -r line; do
  line=$(printf %s "$line" | tr -d '\\r')
  [ -z "$line" ] && break
  case $(printf %s "$line" | tr A-Z a-z) in sec-websocket-key:*) key=\${line#*: } ;; esac
done
case $target in
  /ws)
    accept=$(printf %s "\${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11" | sha1sum | cut -c1-40 | xxd -r -p | base64)
    printf 'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n'
    printf 'Sec-WebSocket-Protocol: chat\\r\\nSec-WebSocket-Accept: %s\\r\\n\\r\\n\\201\\005hello' "$accept"
    exec cat >/dev/null ;;
  /to*) printf 'HTTP/1.1 302 Found\\r\\nLocation: %s\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' "\${target#*[?]}" ;;
  *) printf 'HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' ;;
esac
END
nc -ll -p 8090 -e sh /tmp/odd & `;
