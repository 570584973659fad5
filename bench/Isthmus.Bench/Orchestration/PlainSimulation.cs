using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Bench.Orchestration;

/// <summary>The simulation of steps as one writes it down first: a draw for every chain in every step, lists, and new arrays for what comes of it. The baseline of the fast one.</summary>
internal sealed class PlainSimulation(SystemModel model, SimulationOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private readonly bool[] _second = new bool[3 * (options.Users.Length + options.Nodes.Length)];

    public double[] Step(int[] choices)
    {
        List<MachineConditions> machines = [.. options.Users, .. options.Nodes];
        SystemState state = new(options.Users.Length, options.Nodes.Length);
        for (int m = 0; m < machines.Count; m++)
        {
            MachineConditions machine = machines[m];
            double cpu = _second[3 * m] ? machine.Cpu.Second : machine.Cpu.First, memory = _second[(3 * m) + 1] ? machine.Memory.Second : machine.Memory.First;
            LinkLevel link = _second[(3 * m) + 2] ? machine.Link.Second : machine.Link.First;
            if (m < options.Users.Length) state.Users[m] = new(cpu, memory, link.Mbps, link.RttMs);
            else state.Nodes[m - options.Users.Length] = new(cpu, memory, link.Mbps, link.RttMs);
        }

        double sigma = Math.Sqrt(Math.Log(1 + (options.Spread * options.Spread)));
        double[] ms = [.. choices.Select((c, u) =>
        {
            int node = model.Actions.Users[u].Actions[c].Node;
            int sharing = node < 0 ? 1 : choices.Select((d, v) => model.Actions.Users[v].Actions[d].Node).Count(n => n == node);
            double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            return model.ExpectedMs(state, u, c, sharing) * Math.Exp((sigma * normal) - (sigma * sigma / 2));
        })];
        for (int i = 0; i < _second.Length; i++)
        {
            MachineConditions machine = machines[i / 3];
            double leave = (i % 3) switch
            {
                0 => _second[i] ? machine.Cpu.LeaveSecond : machine.Cpu.LeaveFirst,
                1 => _second[i] ? machine.Memory.LeaveSecond : machine.Memory.LeaveFirst,
                _ => _second[i] ? machine.Link.LeaveSecond : machine.Link.LeaveFirst,
            };
            if (_random.NextDouble() < leave) _second[i] = !_second[i];
        }

        return ms;
    }
}
