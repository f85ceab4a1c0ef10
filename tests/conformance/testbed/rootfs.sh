# rootfs.sh: root file systems of the test images; sourced by build-images.sh.

base() { # base DIR: busybox as hard links (masking one applet must not mask the others)
  local d=$1 a
  rm -rf "$d"
  mkdir -p "$d"/{bin,etc,dev,proc,sys,root,run,tmp,home,usr/bin,usr/sbin,usr/lib,var/run,var/log,var/www,var/spool}
  chmod 1777 "$d/tmp"
  chmod 700 "$d/root"
  install -m755 "$OUT/busybox" "$d/bin/busybox"
  for a in $("$OUT/busybox" --list); do [ "$a" = busybox ] || ln "$d/bin/busybox" "$d/bin/$a"; done
  ln -s ../../bin/env "$d/usr/bin/env"
  accounts "$d/etc"
}

accounts() { # accounts ETC: the users and groups that the suites name
  cat > "$1/passwd" <<P
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
sync:x:4:100:sync:/bin:/bin/sync
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
P
  printf '%s:x:%s:\n' root 0 daemon 1 bin 2 sys 3 adm 4 tty 5 disk 6 mail 8 www-data 33 operator 37 users 100 \
    nobody 65534 > "$1/group"
}

unpack() { # unpack PACKAGE...: Debian packages into $W/pkg, without installing them
  local p f
  mkdir -p "$W/debs" "$W/pkg"
  (cd "$W/debs" && for p; do ls "${p}"_*.deb >/dev/null 2>&1 || apt-get -q download "$p"; done)
  for f in "$W"/debs/*.deb; do dpkg -x "$f" "$W/pkg"; done
}

libs() { # libs DIR FILE...: copies the shared objects that the files need
  local d=$1 f l dst
  shift
  for f; do
    LD_LIBRARY_PATH=$W/pkg/usr/lib/$(gcc -print-multiarch) ldd "$f"
  done | sed -nE 's/.*=> (\/[^ ]+).*/\1/p; s/^[[:space:]]*(\/[^ ]+) .*/\1/p' | sort -u | while read -r l; do
    dst=${l#"$W/pkg"}
    mkdir -p "$d$(dirname "$dst")"
    cp -L "$l" "$d$dst"
  done
}

nginxroot() { # nginxroot DIR PORT
  base "$1"
  mkdir -p "$1"/{etc/nginx,usr/share/nginx/html,var/log/nginx,var/lib/nginx,lib64}
  install -m755 "$W/pkg/usr/sbin/nginx" "$1/usr/sbin/nginx"
  libs "$1" "$W/pkg/usr/sbin/nginx"
  echo 'nginx:x:101:101:nginx:/nonexistent:/bin/false' >> "$1/etc/passwd"
  echo 'nginx:x:101:' >> "$1/etc/group"
  echo '<html><body><h1>nginx test page</h1></body></html>' > "$1/usr/share/nginx/html/index.html"
  ln -s /dev/stdout "$1/var/log/nginx/access.log"
  ln -s /dev/stderr "$1/var/log/nginx/error.log"
  cat > "$1/etc/nginx/nginx.conf" <<N
user nginx;
worker_processes 1;
error_log /var/log/nginx/error.log notice;
pid /var/run/nginx.pid;
events { worker_connections 64; }
http {
  access_log /var/log/nginx/access.log;
  server { listen $2; server_name localhost; root /usr/share/nginx/html; index index.html; }
}
N
}

httpdroot() { # httpdroot DIR
  local p=$W/pkg m
  base "$1"
  mkdir -p "$1"/{etc/apache2,usr/local/apache2/bin,usr/local/apache2/htdocs,usr/lib/apache2/modules}
  mkdir -p "$1"/{var/log/apache2,var/lock,lib64}
  install -m755 "$p/usr/sbin/apache2" "$1/usr/local/apache2/bin/httpd"
  libs "$1" "$p/usr/sbin/apache2"
  m=$(gcc -print-multiarch)
  cp -L "/lib/$m/libgcc_s.so.1" "$1/lib/$m/" # pthread_exit loads it
  for m in mpm_event authz_core dir; do
    cp "$p/usr/lib/apache2/modules/mod_$m.so" "$1/usr/lib/apache2/modules/"
    libs "$1" "$p/usr/lib/apache2/modules/mod_$m.so"
  done
  echo '<html><body><h1>It works!</h1></body></html>' > "$1/usr/local/apache2/htdocs/index.html"
  printf '#!/bin/sh\nset -e\nrm -f /run/httpd.pid\nexec httpd -DFOREGROUND "$@"\n' \
    > "$1/usr/local/apache2/bin/httpd-foreground"
  chmod 755 "$1/usr/local/apache2/bin/httpd-foreground"
  cat > "$1/etc/apache2/apache2.conf" <<A
ServerRoot /etc/apache2
ServerName localhost
DefaultRuntimeDir /run
PidFile /run/httpd.pid
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
Listen 80
User www-data
Group www-data
StartServers 1
ErrorLog /proc/self/fd/2
LogLevel notice
DocumentRoot /usr/local/apache2/htdocs
DirectoryIndex index.html
<Directory />
  Require all granted
</Directory>
A
}
