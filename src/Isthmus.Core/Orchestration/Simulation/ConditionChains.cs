using System.Collections.Immutable;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// Moves the conditions of all machines from step to step. How long each stays is drawn when it arrives (geometric), so that a step in which nothing changes costs one comparison.
/// </summary>
internal sealed class ConditionChains
{
    private const int Kinds = 3;

    private readonly MachineConditions[] _machines;
    private readonly int _users;
    private readonly SystemState _state;
    private readonly SeededRandom _random;
    private readonly long[] _changesAt;
    private readonly bool[] _second;
    private long _next;

    public ConditionChains(ImmutableArray<MachineConditions> users, ImmutableArray<MachineConditions> nodes, SystemState state, SeededRandom random)
    {
        _machines = [.. users, .. nodes];
        _users = users.Length;
        _state = state;
        _random = random;
        _changesAt = new long[_machines.Length * Kinds];
        _second = new bool[_changesAt.Length];
        for (int i = 0; i < _changesAt.Length; i++)
        {
            _changesAt[i] = Stay(i);
            Write(i / Kinds);
        }

        _next = _changesAt.Length == 0 ? long.MaxValue : _changesAt.Min();
    }

    /// <summary>Ends a step.</summary>
    public void Advance()
    {
        if (++_state.Step < _next) return;
        long next = long.MaxValue;
        for (int i = 0; i < _changesAt.Length; i++)
        {
            if (_changesAt[i] == _state.Step)
            {
                _second[i] = !_second[i];
                _changesAt[i] = Stay(i);
                Write(i / Kinds);
            }

            next = Math.Min(next, _changesAt[i]);
        }

        _next = next;
    }

    // The step at which a chain that arrives now leaves again: at the earliest the next one.
    private long Stay(int chain)
    {
        MachineConditions machine = _machines[chain / Kinds];
        double leave = (chain % Kinds) switch
        {
            0 => _second[chain] ? machine.Cpu.LeaveSecond : machine.Cpu.LeaveFirst,
            1 => _second[chain] ? machine.Memory.LeaveSecond : machine.Memory.LeaveFirst,
            _ => _second[chain] ? machine.Link.LeaveSecond : machine.Link.LeaveFirst,
        };
        long more = _random.NextGeometric(leave);
        return more >= long.MaxValue - _state.Step - 1 ? long.MaxValue : _state.Step + 1 + more;
    }

    private void Write(int m)
    {
        MachineConditions machine = _machines[m];
        double cpu = _second[m * Kinds] ? machine.Cpu.Second : machine.Cpu.First, memory = _second[(m * Kinds) + 1] ? machine.Memory.Second : machine.Memory.First;
        LinkLevel link = _second[(m * Kinds) + 2] ? machine.Link.Second : machine.Link.First;
        if (m < _users) _state.Users[m] = new(cpu, memory, link.Mbps, link.RttMs);
        else _state.Nodes[m - _users] = new(cpu, memory, link.Mbps, link.RttMs);
    }
}
