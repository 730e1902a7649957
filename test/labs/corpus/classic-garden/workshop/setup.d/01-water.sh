test "$FRUIT" = "apple of spring"
kubectl get configmap soil -o name >~/watered
echo "HARVEST=ten $FRUIT" | sed 's/=\(.*\)/="\1"/' >>"$WORKSHOP_ENV"
mkdir -p ~/exercises
cp ~/basket.txt ~/exercises
