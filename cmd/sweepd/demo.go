package main

import "github.com/spf13/cobra"

func (p *program) demo() *cobra.Command {
	cmd := &cobra.Command{Use: "demo", Short: "rehearse on clouds that are made up"}
	cmd.AddCommand(p.demoServe())
	return cmd
}
