"""My direct message client: direct.py HOST PORT. #me first, then @you:text, and exit."""

import socket
import sys
import threading

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect((sys.argv[1], int(sys.argv[2])))
print(sock.recv(1024).decode(), flush=True)


def receive():
    while True:
        msg = sock.recv(1024).decode()
        if not msg:
            print("The server has closed", flush=True)
            return
        print(msg, flush=True)


t = threading.Thread(target=receive)
t.start()
for line in sys.stdin:
    msg = line.strip()
    sock.send(msg.encode())
    if msg == "exit":
        break
t.join()
