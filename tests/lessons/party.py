"""My tea party client: party.py HOST PORT. Lines in, lines out."""

import socket
import sys
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.connect((sys.argv[1], int(sys.argv[2])))


def read_all():
    while True:
        data = server.recv(1024)
        if not data:
            print("Connection closed")
            break
        print(data.decode(), end="", flush=True)


reader = threading.Thread(target=read_all)
reader.start()
for line in sys.stdin:
    server.send((line.strip() + "\r\n").encode())
reader.join()
