"""A line between two offices that passes so many bytes and then is cut, or falls silent."""

import contextlib
import socket
import threading


class Line:
    """Passes connections on to a port; what goes through is counted, both ways together."""

    def __init__(self, port):
        self.target, self.moved = port, 0
        self.ends_at = None
        self.is_over = threading.Event()
        self._is_silent = False
        self._lock = threading.Lock()
        self._open = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def cut_after(self, count, *, silently=False):
        """End every connection after so many more bytes; or pass nothing on and say nothing."""
        self.is_over.clear()
        self._is_silent, self.ends_at = silently, self.moved + count

    def mend(self):
        """Pass everything again; what was under way is lost."""
        self.ends_at = None
        self._drop()

    def close(self):
        self._door.close()
        self._drop()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.target), 5)
                except OSError:
                    near.close()
                    continue
                self._open |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                through = self._counted(data)
                if through:
                    target.sendall(through)
                if len(through) < len(data):
                    self.is_over.set()
                    if not self._is_silent:
                        self._drop()
                    return
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _counted(self, data):
        with self._lock:
            room = len(data) if self.ends_at is None else max(0, self.ends_at - self.moved)
            through = data[:room]
            self.moved += len(through)
        return through

    def _drop(self):
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            self._open.discard(each)
