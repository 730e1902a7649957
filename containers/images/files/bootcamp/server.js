// Here would be the program of the image. There is no Node.js in this container: a script of the shell, /usr/lib/stand-in/bootcamp, listens
// on port 8080 in its place, and answers with the name of the pod and the version of the image.
throw new Error("played by /usr/lib/stand-in/bootcamp");
