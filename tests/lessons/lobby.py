"""My room client: lobby.py HOST PORT. First a room, then a nickname, then talk."""

import socket
import sys
import threading

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))


def ask(question):
    client.send(question.encode())
    return client.recv(1024).decode()


def listen():
    while True:
        data = client.recv(1024)
        if data == b"":
            break
        print(data.decode(), flush=True)
    print("You left the room", flush=True)


print("Type /list or /join and a room", flush=True)
while True:
    command = input()
    answer = ask(command)
    if command.startswith("/list"):
        print("Rooms: " + answer, flush=True)
    elif int(answer) == 0:
        break
    else:
        print("That was not formatted correctly", flush=True)

print("Choose a nickname", flush=True)
while True:
    code = int(ask("/nick " + input()))
    if code == 0:
        break
    elif code == 1:
        print("Not a good nickname, try again", flush=True)
    elif code == 2:
        print("Nickname taken, try again", flush=True)

print("You are in", flush=True)
thread = threading.Thread(target=listen)
thread.start()
for line in sys.stdin:
    client.send(line.strip().encode())
thread.join()
