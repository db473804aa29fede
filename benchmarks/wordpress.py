"""WordPress of Debian with its default theme, php-fpm, MariaDB and nginx, in a temporary folder."""

import getpass
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.figures import said_by, tell
from benchmarks.processes import Server, fetch, free_port
from benchmarks.texts import news_items

INSTALLED = Path("/usr/share/wordpress")
USER = getpass.getuser()
PHP_FPM = next(iter(sorted(Path("/usr/sbin").glob("php-fpm*"))), Path("php-fpm"))

_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', 'wordpress');
define('DB_HOST', 'localhost:{folder}/mariadb.sock');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', 'http://' . ($_SERVER['HTTP_HOST'] ?? 'localhost'));
define('WP_SITEURL', WP_HOME);
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_CONTENT_DIR', '{folder}/www/wp-content');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {{
    define($name . '_KEY', 'benchmark');
    define($name . '_SALT', 'benchmark');
}}
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
"""

# The canonical redirect is off: both front doors serve the same pages on ports of their own.
_FILL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = 'localhost';
require '{folder}/www/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Bureau de Bamako', 'editor', 'editor@example.org', true, '', 'benchmark');
require_once ABSPATH . 'wp-admin/includes/image.php';
switch_theme('twentytwentythree');
update_option('permalink_structure', '/%postname%/');
update_option('posts_per_page', 20);
wp_delete_post(1, true);
$library = [];
function picture($path) {{
    global $library;
    if (isset($library[$path])) return $library[$path];
    $up = wp_upload_bits(basename($path), null, file_get_contents($path));
    $id = wp_insert_attachment(['post_mime_type' => 'image/webp', 'post_title' => basename($path),
        'post_status' => 'inherit'], $up['file']);
    wp_update_attachment_metadata($id, wp_generate_attachment_metadata($id, $up['file']));
    return $library[$path] = $id;
}}
foreach (json_decode(file_get_contents('{folder}/items.json'), true) as $item) {{
    [$above, $inside] = array_map('picture', $item['pictures']);
    $blocks = [];
    foreach ($item['paragraphs'] as $text)
        $blocks[] = "<!-- wp:paragraph --><p>" . esc_html($text) . "</p><!-- /wp:paragraph -->";
    $image = wp_get_attachment_image($inside, 'large', false, ['class' => "wp-image-$inside"]);
    array_splice($blocks, 1, 0, ["<!-- wp:image {{\\"id\\":$inside,\\"sizeSlug\\":\\"large\\"}} -->"
        . "<figure class=\\"wp-block-image size-large\\">$image</figure><!-- /wp:image -->"]);
    $id = wp_insert_post(['post_title' => $item['title'], 'post_name' => $item['slug'],
        'post_excerpt' => $item['lead'], 'post_content' => implode("\\n", $blocks),
        'post_status' => 'publish', 'post_author' => 1, 'post_date' => $item['day'] . ' 12:00:00']);
    set_post_thumbnail($id, $above);
}}
flush_rewrite_rules();
"""

_PHP_FPM = """[global]
error_log = {folder}/php-fpm.log
pid = {folder}/php-fpm.pid
daemonize = no
[www]
user = {user}
listen = {folder}/php.sock
pm = static
pm.max_children = 4
"""

_NGINX = """pid {folder}/nginx.pid;
user {user};
worker_processes 1;
error_log {folder}/nginx-error.log;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/tmp-body;
    fastcgi_temp_path {folder}/tmp-fastcgi;
    proxy_temp_path {folder}/tmp-proxy;
    uwsgi_temp_path {folder}/tmp-uwsgi;
    scgi_temp_path {folder}/tmp-scgi;
    fastcgi_cache_path {folder}/cache keys_zone=pages:10m;
    brotli on;
    brotli_types text/css application/javascript image/svg+xml;
    gzip on;
    gzip_types text/css application/javascript image/svg+xml;
    server {{ listen 127.0.0.1:{plain}; include {folder}/site.conf; }}
    server {{
        listen 127.0.0.1:{cached};
        fastcgi_cache pages;
        fastcgi_cache_valid 200 1h;
        fastcgi_cache_key $request_uri;
        include {folder}/site.conf;
    }}
}}
"""

_SITE = """root {folder}/www;
index index.php;
location / {{ try_files $uri $uri/ /index.php?$args; }}
location ~ \\.php$ {{
    include /etc/nginx/fastcgi_params;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param HTTP_HOST $http_host;
    fastcgi_pass unix:{folder}/php.sock;
}}
"""


@dataclass(frozen=True)
class WordPress:
    """A running WordPress; `plain` and `cached` are its ports without and with a page cache."""

    plain: int
    cached: int
    servers: tuple[Server, ...]
    seconds_to_set_up: float

    def cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.servers)

    def memory(self) -> int:
        return sum(server.memory() for server in self.servers)


def versions() -> str:
    """Say which versions are compared with."""
    wordpress = said_by("dpkg-query", "-W", "-f=${Version}", "wordpress")
    return (
        f"WordPress {wordpress.partition('+')[0]} (Debian, theme Twenty Twenty-Three, no plugin), "
        f"{said_by('php', '-v').split(' (')[0]} (fpm, 4 children, opcache), "
        f"MariaDB {said_by('mariadbd', '--version').split('Ver ')[1].split('-')[0]}, "
        f"{said_by('nginx', '-v').rpartition(' ')[2]} (brotli)"
    )


@contextmanager
def wordpress(count: int) -> Iterator[WordPress]:
    """Set up and run WordPress with `count` news items; all is gone afterwards."""
    tell(f"WordPress with {count} news items")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kafo-bench-wordpress-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        servers = [_database(folder, stack)]
        _copy_program(folder)
        items = [asdict(item) for item in news_items(count)]
        (folder / "items.json").write_text(json.dumps(items, default=str), encoding="utf-8")
        _write(folder, "www/wp-config.php", _CONFIG)
        _write(folder, "fill.php", _FILL)
        subprocess.run(
            ["php", "-d", "memory_limit=512M", folder / "fill.php"], check=True, stdout=-3
        )
        _write(folder, "php-fpm.conf", _PHP_FPM, user=USER)
        _write(folder, "site.conf", _SITE)
        plain, cached = free_port(), free_port()
        _write(folder, "nginx.conf", _NGINX, user=USER, plain=plain, cached=cached)
        log = folder / "servers.log"
        as_root = ["-R"] if USER == "root" else []
        fpm = [PHP_FPM, "-F", *as_root, "-y", folder / "php-fpm.conf"]
        servers.append(stack.enter_context(Server(fpm, log=log)))
        nginx = ["nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"]
        servers.append(stack.enter_context(Server(nginx, log=log)))
        for port in (plain, cached):
            servers[-1].wait_for(f"http://127.0.0.1:{port}/")
            if b"nouvelle-1" not in fetch(f"http://127.0.0.1:{port}/", accept="identity"):
                raise RuntimeError(f"WordPress shows no news: {log.read_text(errors='replace')}")
        yield WordPress(plain, cached, tuple(servers), time.monotonic() - begun)


def _write(folder: Path, name: str, text: str, **values: object) -> None:
    (folder / name).write_text(text.format(folder=folder, **values), encoding="utf-8")


def _copy_program(folder: Path) -> None:
    content = folder / "www/wp-content"
    shutil.copytree(
        INSTALLED, folder / "www", ignore=shutil.ignore_patterns("wp-content", "wp-config.php")
    )
    shutil.copytree(INSTALLED / "wp-content/themes", content / "themes")
    (content / "uploads").mkdir()
    (content / "mu-plugins").mkdir()
    (content / "mu-plugins/ports.php").write_text(
        "<?php remove_filter('template_redirect', 'redirect_canonical');", encoding="ascii"
    )


def _database(folder: Path, stack: ExitStack) -> Server:
    data, log, plug = folder / "mariadb", folder / "mariadb.log", folder / "mariadb.sock"
    with log.open("wb") as output:
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={USER}",
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdout=output, stderr=output,
        )  # fmt: skip
    server = stack.enter_context(
        Server(
            ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={plug}",
             "--skip-networking", f"--user={USER}", f"--pid-file={folder}/mariadb.pid"],
            log=log,
        )
    )  # fmt: skip
    sql = (
        "CREATE DATABASE wordpress CHARACTER SET utf8mb4;"
        "CREATE USER wordpress@localhost IDENTIFIED BY 'wordpress';"
        "GRANT ALL ON wordpress.* TO wordpress@localhost;"
    )
    client = ["mariadb", "--no-defaults", f"--socket={plug}", "-uroot", "-e"]
    for _ in range(300):
        if subprocess.run([*client, "SELECT 1"], capture_output=True).returncode == 0:
            subprocess.run([*client, sql], check=True)
            return server
        time.sleep(0.1)
    raise RuntimeError(f"MariaDB does not start: {log.read_text(errors='replace')[-2000:]}")
