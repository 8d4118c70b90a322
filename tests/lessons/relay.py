"""My first chat client: relay.py HOST PORT. What I type, the others see."""

import socket
import sys
import threading

s = socket.socket()
s.connect((sys.argv[1], int(sys.argv[2])))


def receive():
    while True:
        message = s.recv(1024).decode()
        print(message, flush=True)


threading.Thread(target=receive, daemon=True).start()
while True:
    try:
        message = input()
    except EOFError:
        break
    s.send(message.encode())
