// Vcsim serves govmomi's vCenter simulator as a test peer of the broker: the same inventory paths as
// our own simulator, a session time-out and delays of one's choice, and an address for every guest.
//
// It prints one line of JSON when it is ready and ends when its standard input does, so that it can't
// outlive whoever started it.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type settings struct {
	listen         string
	user           string
	password       string
	hosts          int
	images         string
	sessionTimeout time.Duration
	methodDelay    string
	bootDelay      time.Duration
	guests         string
}

// ready is what a test has to know, under the names that the sandbox uses.
type ready struct {
	URL         string `json:"vsphereUrl"`
	User        string `json:"vsphereUser"`
	Password    string `json:"vspherePassword"`
	BasePath    string `json:"vsphereBasePath"`
	VMPath      string `json:"vsphereVmPath"`
	ClusterPath string `json:"vsphereClusterPath"`
	Certificate string `json:"certificate"`
	Thumbprint  string `json:"thumbprint"`
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("vcsim: ")
	var s settings
	flag.StringVar(&s.listen, "listen", "127.0.0.1:0", "address to listen on")
	flag.StringVar(&s.user, "user", "user", "name that may log in")
	flag.StringVar(&s.password, "password", "pass", "its password")
	flag.IntVar(&s.hosts, "hosts", 4, "hosts in the cluster")
	flag.StringVar(&s.images, "images", "macos-14-xcode-15,macos-15-xcode-16", "base images, each with a snapshot named base")
	flag.DurationVar(&s.sessionTimeout, "session-timeout", 30*time.Minute, "idle time after which a session ends")
	flag.StringVar(&s.methodDelay, "method-delay", "", "METHOD:MILLISECONDS,… as of govmomi (CloneVM_Task delays the reply, CloneVm the task)")
	flag.DurationVar(&s.bootDelay, "boot-delay", 100*time.Millisecond, "from power-on to the guest's address")
	flag.StringVar(&s.guests, "guests", "", "URL of a service that boots guests: POST URL/NAME answers the address, DELETE URL/NAME kills")
	flag.Parse()
	if err := run(s); err != nil {
		log.Fatal(err)
	}
}

func run(s settings) error {
	delays, err := parseDelays(s.methodDelay)
	if err != nil {
		return err
	}
	model := simulator.VPX()
	model.Cluster = 1
	model.ClusterHost = s.hosts
	model.Host = 0
	model.Machine = 0
	defer model.Remove()
	if err := model.Create(); err != nil {
		return fmt.Errorf("can't build the inventory: %w", err)
	}
	simulator.TaskDelay.MethodDelay = delays
	model.Service.TLS = new(tls.Config)
	model.Service.Listen = &url.URL{Host: s.listen, User: url.UserPassword(s.user, s.password)}
	model.Map().OptionManager().UpdateOptions(&types.UpdateOptions{
		ChangedValue: []types.BaseOptionValue{&types.OptionValue{
			Key: "config.vmacore.soap.sessionTimeout", Value: s.sessionTimeout.String(),
		}},
	})
	server := model.Service.NewServer()
	defer server.Close()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := furnish(ctx, server.URL, strings.Split(s.images, ",")); err != nil {
		return fmt.Errorf("can't furnish the inventory: %w", err)
	}
	model.DelayConfig.MethodDelay = delays
	go watchGuests(ctx, model, s)
	if err := tell(s, server); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func parseDelays(text string) (map[string]int, error) {
	delays := map[string]int{}
	for _, entry := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		method, millis, found := strings.Cut(entry, ":")
		n, err := strconv.Atoi(millis)
		if !found || err != nil || n < 0 {
			return nil, fmt.Errorf("not METHOD:MILLISECONDS: %q", entry)
		}
		delays[method] = n
	}
	return delays, nil
}

// furnish makes the folders Base and Clones and the images, by the interface that clients use.
func furnish(ctx context.Context, at *url.URL, images []string) error {
	client, err := govmomi.NewClient(ctx, at, true)
	if err != nil {
		return err
	}
	defer func() { _ = client.Logout(ctx) }()
	finder := find.NewFinder(client.Client)
	datacenter, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		return err
	}
	finder.SetDatacenter(datacenter)
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	base, err := folders.VmFolder.CreateFolder(ctx, "Base")
	if err != nil {
		return err
	}
	if _, err := folders.VmFolder.CreateFolder(ctx, "Clones"); err != nil {
		return err
	}
	pool, err := finder.ResourcePool(ctx, "DC0_C0/Resources")
	if err != nil {
		return err
	}
	for _, image := range images {
		if err := createImage(ctx, base, pool, image); err != nil {
			return fmt.Errorf("image %s: %w", image, err)
		}
	}
	return nil
}

func createImage(ctx context.Context, folder *object.Folder, pool *object.ResourcePool, name string) error {
	spec := types.VirtualMachineConfigSpec{
		Name:     name,
		GuestId:  "darwin20_64Guest",
		NumCPUs:  2,
		MemoryMB: 4096,
		Files:    &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
	}
	task, err := folder.CreateVM(ctx, spec, pool, nil)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return err
	}
	vm := object.NewVirtualMachine(folder.Client(), info.Result.(types.ManagedObjectReference))
	snapshot, err := vm.CreateSnapshot(ctx, "base", "", false, false)
	if err != nil {
		return err
	}
	return snapshot.Wait(ctx)
}

func tell(s settings, server *simulator.Server) error {
	address := *server.URL
	address.User = nil
	certificate := server.Certificate()
	print := sha256.Sum256(certificate.Raw)
	var colons []string
	for _, b := range print {
		colons = append(colons, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return json.NewEncoder(os.Stdout).Encode(ready{
		URL:         address.String(),
		User:        s.user,
		Password:    s.password,
		BasePath:    "/DC0/vm/Base/",
		VMPath:      "/DC0/vm/Clones/",
		ClusterPath: "/DC0/host/DC0_C0/",
		Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})),
		Thumbprint:  strings.Join(colons, ":"),
	})
}

// watchGuests gives every running machine an address, as its guest's tools would, and takes it away
// when the machine is switched off or gone. The simulator has no guests of its own.
func watchGuests(ctx context.Context, model *simulator.Model, s settings) {
	type guest struct{ name string }
	running := map[types.ManagedObjectReference]guest{}
	next := 0
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		seen := map[types.ManagedObjectReference]bool{}
		for _, entity := range model.Map().All("VirtualMachine") {
			vm, ok := entity.(*simulator.VirtualMachine)
			if !ok {
				continue
			}
			var on bool
			var name string
			alone(model).WithLock(vm, func() {
				on = vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
				name = vm.Name
			})
			if !on {
				continue
			}
			seen[vm.Self] = true
			if _, known := running[vm.Self]; known {
				continue
			}
			running[vm.Self] = guest{name}
			next++
			go boot(ctx, model, vm, name, next, s)
		}
		for ref, gone := range running {
			if !seen[ref] {
				delete(running, ref)
				go kill(ctx, model, ref, gone.name, s)
			}
		}
	}
}

func boot(ctx context.Context, model *simulator.Model, vm *simulator.VirtualMachine, name string, number int, s settings) {
	time.Sleep(s.bootDelay)
	address := fmt.Sprintf("10.%d.%d.%d", number>>16&255, number>>8&255, number&255)
	if s.guests != "" {
		var err error
		if address, err = ask(ctx, http.MethodPost, s.guests, name); err != nil {
			log.Printf("the guest of %s does not boot: %v", name, err)
			return
		}
	}
	report(model, vm, address)
}

func kill(ctx context.Context, model *simulator.Model, ref types.ManagedObjectReference, name string, s settings) {
	if s.guests != "" {
		if _, err := ask(ctx, http.MethodDelete, s.guests, name); err != nil {
			log.Printf("the guest of %s can't be killed: %v", name, err)
		}
	}
	if vm, ok := model.Map().Get(ref).(*simulator.VirtualMachine); ok {
		report(model, vm, "")
	}
}

func report(model *simulator.Model, vm *simulator.VirtualMachine, address string) {
	status, state := types.VirtualMachineToolsRunningStatusGuestToolsRunning, types.VirtualMachineGuestStateRunning
	nics := []types.GuestNicInfo{{Network: "VM Network", IpAddress: []string{address}, Connected: true, DeviceConfigId: 4000}}
	if address == "" {
		status, state = types.VirtualMachineToolsRunningStatusGuestToolsNotRunning, types.VirtualMachineGuestStateNotRunning
		nics = nil
	}
	model.Map().AtomicUpdate(alone(model), vm, []types.PropertyChange{
		{Name: "guest.ipAddress", Val: address},
		{Name: "summary.guest.ipAddress", Val: address},
		{Name: "guest.net", Val: nics},
		{Name: "guest.toolsRunningStatus", Val: string(status)},
		{Name: "guest.guestState", Val: string(state)},
	})
}

// alone is a context of its own. The simulator's locks are held by contexts: two goroutines with one
// context would both be let in, and would each wait for what the other holds.
func alone(model *simulator.Model) *simulator.Context {
	own := *model.Service.Context
	return &own
}

func ask(ctx context.Context, method, service, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	at, err := url.JoinPath(service, name)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, method, at, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return "", err
	}
	if response.StatusCode/100 != 2 {
		return "", errors.New(response.Status)
	}
	return strings.TrimSpace(string(body)), nil
}
