using Isthmus.Lab.Tests.Fuzzing;
using Xunit.Runner.InProc.SystemConsole;

// A process that a test starts to see it die; else the tests themselves.
return await FuzzChild.RunIfAskedAsync() ?? await ConsoleRunner.Run(args);
