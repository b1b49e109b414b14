#!/usr/bin/env bash
# Installs what the tests need, builds everything, checks formatting and runs every test program. On a fresh Debian it needs
# the .NET SDK, git and apt, and the right to install packages. Starts no system service: the packages have none, and mail servers,
# name servers and HAProxy are only unpacked (postfix-unpack.sh, haproxy-unpack.sh, peers/unpack.sh). With everything in place it needs no network beyond what
# restore needs.
#
#   bash tests/run.sh             everything
#   bash tests/run.sh Smtp Queue  only test programs whose name contains one of the words
#
# The last line is "N passed, N failed, N skipped"; the exit code is not 0 when anything failed, when a program crashed, was
# stopped because all together took longer than TEST_MINUTES (default 24) minutes, or ran no test. Programs find their peers
# through these variables:
#   MAILMANAGER_REPOSITORY        root of this repository
#   MAILMANAGER_POSTFIX_ROOT      unpacked Postfix: bin/smtp-source, bin/smtp-sink (needs -u nobody as root), bin/postqueue
#   MAILMANAGER_POSTFIX_INSTANCE  script that runs a Postfix of its own; its head says how
#   MAILMANAGER_HAPROXY_ROOT      unpacked HAProxy: bin/haproxy
#   MAILMANAGER_PEERS_ROOT        unpacked Exim, OpenSMTPD, Dovecot, NSD and Unbound; tests/peers/*.sh run them
#   MAILMANAGER_NODEMAILER_ROOT   node_modules/nodemailer is in it
#   MAILMANAGER_LOADTESTS         MailManager.LoadTests.dll, load driver and sink (dotnet DLL --help)
#   MAILMANAGER_EXECUTABLE        the built mailmanager
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export MAILMANAGER_REPOSITORY=$root
export MAILMANAGER_POSTFIX_ROOT=$root/artifacts/postfix
export MAILMANAGER_POSTFIX_INSTANCE=$root/tests/postfix-instance.sh
export MAILMANAGER_HAPROXY_ROOT=$root/artifacts/haproxy
export MAILMANAGER_PEERS_ROOT=$root/artifacts/peers
export MAILMANAGER_NODEMAILER_ROOT=$root/artifacts/nodemailer
export MAILMANAGER_LOADTESTS=$root/perf/MailManager.LoadTests/bin/Release/net10.0/MailManager.LoadTests.dll
export MAILMANAGER_EXECUTABLE=$root/src/MailManager.Mta/bin/Release/net10.0/mailmanager
results=$root/artifacts/tests
passed=0 failed=0 skipped=0

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
    exit 1
}

fail() { # a step that is no test counts as one failed test
    echo "FAILED: $1"
    failed=$((failed + 1))
}

install_packages() {
    local packages=()
    command -v swaks >/dev/null || packages+=(swaks)
    perl -MNet::SSLeay -e 1 2>/dev/null || packages+=(libnet-ssleay-perl) # swaks needs it for STARTTLS
    command -v strace >/dev/null || packages+=(strace)
    command -v sqlite3 >/dev/null || packages+=(sqlite3)
    command -v curl >/dev/null || packages+=(curl)
    command -v openssl >/dev/null || packages+=(openssl)
    command -v python3 >/dev/null || packages+=(python3)
    /usr/bin/python3 -c 'import dkim, nacl' 2>/dev/null || packages+=(python3-dkim python3-nacl) # verifies signatures
    command -v node >/dev/null || packages+=(nodejs)
    [ -e artifacts/nodemailer/complete ] || command -v npm >/dev/null || packages+=(npm)
    compgen -G '/usr/lib/*/sasl2/libscram.so' >/dev/null || packages+=(libsasl2-modules) # SCRAM of Postfix's client
    if [ ${#packages[@]} -gt 0 ]; then
        echo "installing ${packages[*]}"
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${packages[@]}" >/dev/null
    fi
}

wanted() { # NAME: is this program among those asked for?
    local word
    [ ${#words[@]} -eq 0 ] && return 0
    for word in "${words[@]}"; do
        [[ $1 == *"$word"* ]] && return 0
    done
    return 1
}

run_tests() { # PROJECT
    local project=$1 report=$results/$1.xml code=0 counts
    local left=$((${TEST_MINUTES:-24} * 60 - SECONDS))
    if [ "$left" -le 0 ]; then
        fail "$project: no time left"
        return
    fi
    rm -f "$report"
    echo "== $project"
    timeout --kill-after=20 "$left" \
        dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noColor -noLogo -longRunning 120 -result-xml "$report" || code=$?
    # The report's root element carries the totals: total, passed, failed, skipped, errors.
    counts=$(grep -o -m1 '<assembly [^>]*>' "$report" 2>/dev/null || true)
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counts"; }
    local p f s e
    p=$(count passed) f=$(count failed) s=$(count skipped) e=$(count errors)
    passed=$((passed + ${p:-0})) skipped=$((skipped + ${s:-0})) failed=$((failed + ${f:-0} + ${e:-0}))
    if [ -z "$counts" ]; then
        fail "$project ended with $code before it wrote its report"
    elif [ "${p:-0}" -eq 0 ] && [ "${f:-0}" -eq 0 ]; then
        fail "$project ran no test"
    elif [ "$code" -ne 0 ] && [ $((${f:-0} + ${e:-0})) -eq 0 ]; then
        fail "$project ended with $code although no test failed"
    fi
}

words=("$@")
mkdir -p "$results"
install_packages || { fail "installing packages"; finish; }
bash tests/postfix-unpack.sh "$MAILMANAGER_POSTFIX_ROOT" || { fail "unpacking Postfix"; finish; }
bash tests/haproxy-unpack.sh "$MAILMANAGER_HAPROXY_ROOT" || { fail "unpacking HAProxy"; finish; }
bash tests/peers/unpack.sh "$MAILMANAGER_PEERS_ROOT" || { fail "unpacking mail servers and name servers"; finish; }
bash tests/clients/nodemailer/install.sh "$MAILMANAGER_NODEMAILER_ROOT" || { fail "installing nodemailer"; finish; }

dotnet build -c Release -v q MailManager.Mta.sln || { fail "build"; finish; }
dotnet format MailManager.Mta.sln --verify-no-changes --no-restore || fail "formatting (dotnet format)"

for directory in tests/*.Tests; do
    project=$(basename "$directory")
    wanted "$project" || continue
    if [ -z "$(find "$directory" -name '*.cs' -not -path '*/obj/*' -print -quit)" ]; then
        echo "== $project: no source yet"
        continue
    fi
    run_tests "$project"
done
finish
