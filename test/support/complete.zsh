# Types what its arguments are, presses the tabulator, and prints the line that comes of it.
zmodload zsh/zpty
zpty shell TERM=dumb zsh -f -i
zpty -w shell "PROMPT=; unsetopt beep; fpath=($1 \$fpath); autoload -Uz compinit && compinit -D -u"
zpty -w shell 'tell() { print -r -- "<${BUFFER}>"; BUFFER= }; zle -N tell; bindkey "^X" tell; print READY'
zpty -r -m shell line '*READY*READY*'
for text in "${@:2}"; do
  zpty -n -w shell "$text"$'\t\C-x'
  zpty -r -m shell line '*<*>*'
  print -r -- "${${line##*<}%%>*}"
done
zpty -d shell
