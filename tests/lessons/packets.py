"""My JSON chat client: packets.py NICK HOST PORT. Two bytes of length, then the packet."""

import json
import socket
import struct
import sys
import threading

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def send_packet(packet):
    data = json.dumps(packet).encode("utf-8")
    sock.send(struct.pack(">H", len(data)) + data)


def recv_all(size):
    data = b""
    while len(data) < size:
        data += sock.recv(size - len(data))
    return data


def recv_packet():
    (size,) = struct.unpack(">H", recv_all(2))
    return json.loads(recv_all(size))


def read_packets():
    while True:
        packet = recv_packet()
        if packet["type"] == "chat":
            print(packet["nick"] + ": " + packet["message"], flush=True)
        elif packet["type"] == "join":
            print("*** " + packet["nick"] + " has joined the chat", flush=True)
        elif packet["type"] == "leave":
            print("*** " + packet["nick"] + " has left the chat", flush=True)
        else:
            print("unknown packet!", packet, flush=True)


sock.connect((sys.argv[2], int(sys.argv[3])))
send_packet({"type": "hello", "nick": sys.argv[1]})
threading.Thread(target=read_packets, daemon=True).start()
for line in sys.stdin:
    line = line.rstrip("\n")
    if line == "/q":
        break
    send_packet({"type": "chat", "message": line})
