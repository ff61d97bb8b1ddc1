# SPDX-License-Identifier: GPL-2.0-only
# fish completion for dsactl; dsactl itself knows the words.

function __dsactl_words
    set -l words (commandline -opc)
    set -l last (commandline --current-token --cut-at-cursor)
    for line in ($words[1] __complete $words[2..] "$last" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$last"
        else
            printf '%s\n' $line
        end
    end
end
complete --command dsactl --no-files --arguments '(__dsactl_words)'
